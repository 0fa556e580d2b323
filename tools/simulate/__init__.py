"""A seeded simulation of students, teachers, clocks and dying processes, compared with a model after each step."""
