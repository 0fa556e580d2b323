"""Put templates, fixtures, and the example of a settings file from the root of a clone into a package of the wheel."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithContent(build_py):
    """Build the packages, and `quizsite/bundled`, where quizsite/places.py looks for this content."""

    def run(self) -> None:
        super().run()
        for name in ("templates", "fixtures"):
            shutil.copytree(name, Path(self.build_lib) / "quizsite" / "bundled" / name, dirs_exist_ok=True)
        shutil.copy(".env.example", Path(self.build_lib) / "quizsite" / "bundled")


setup(cmdclass={"build_py": BuildWithContent})
