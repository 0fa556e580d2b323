"""The tables of a Clever package in the form of OneRoster. Rows in, rows out. Pure.

Source: Clever, SFTP instructions: schools.csv, students.csv, teachers.csv, sections.csv, enrollments.csv.
"""

from collections.abc import Iterator, Mapping, Sequence

type Rows = Sequence[Mapping[str, str]]

# Its tables besides enrollments.csv, which OneRoster has too.
TABLES = ("schools", "students", "teachers", "sections")
NEEDED = {"students": ["student_id"], "sections": ["section_id"], "enrollments": ["student_id", "section_id"]}
_TEACHER_COLUMNS = ("teacher_id", *(f"teacher_{number}_id" for number in range(2, 11)))


def oneroster_tables(tables: Mapping[str, Rows]) -> dict[str, list[dict[str, str]]]:
    """users, classes and enrollments of a Clever package. tables: rows by name, with headings in lower case."""
    schools = {row.get("school_id", ""): row.get("school_name", "") for row in tables.get("schools", [])}
    return {
        "users": [*_users(tables["students"], "student"), *_users(tables.get("teachers", []), "teacher")],
        "classes": [
            {
                "sourcedid": row["section_id"],
                "title": row.get("name") or row.get("course_name", ""),
                "classcode": row.get("section_number", ""),
                "periods": row.get("period", ""),
                "term": row.get("term_name", ""),
                "school": schools.get(row.get("school_id", ""), ""),
            }
            for row in tables["sections"]
        ],
        "enrollments": [
            *(
                {
                    "classsourcedid": row["section_id"],
                    "usersourcedid": row["student_id"],
                    "role": "student",
                }
                for row in tables["enrollments"]
            ),
            *(
                {
                    "classsourcedid": row["section_id"],
                    "usersourcedid": f"teacher {row[column]}",
                    "role": "teacher",
                }
                for row in tables["sections"]
                for column in _TEACHER_COLUMNS
                if row.get(column)
            ),
        ],
    }


def _users(rows: Rows, role: str) -> Iterator[dict[str, str]]:
    for row in rows:
        key = row.get(f"{role}_id", "")
        yield {
            # A teacher and a student may have the same number.
            "sourcedid": f"teacher {key}" if key and role == "teacher" else key,
            "role": role,
            "givenname": row.get("first_name", ""),
            "middlename": row.get("middle_name", ""),
            "familyname": row.get("last_name", ""),
            "preferredgivenname": row.get("preferred_first_name", ""),
            "preferredfamilyname": row.get("preferred_last_name", ""),
            "identifier": row.get(f"{role}_number", ""),
            "email": row.get(f"{role}_email", ""),
        }
