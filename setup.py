"""Put templates, fixtures, and the example of a settings file from the root of a clone into a package of the wheel."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py


class BuildWithContent(build_py):
    """Build the packages, and `quizsite/bundled`, where quizsite/places.py looks for this content."""

    def run(self) -> None:
        super().run()
        for name in ("templates", "fixtures"):
            shutil.copytree(name, Path(self.build_lib) / "quizsite" / "bundled" / name, dirs_exist_ok=True)
        shutil.copy(".env.example", Path(self.build_lib) / "quizsite" / "bundled")


class WheelWithModes(bdist_wheel):
    """Build a wheel whose files have the same modes from a clone, which follows the umask, and from an archive."""

    def write_wheelfile(self, wheelfile_base: str, *arguments: str) -> None:
        super().write_wheelfile(wheelfile_base, *arguments)
        # The last file of the folder that goes into the wheel.
        for path in Path(self.bdist_dir).rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)


setup(cmdclass={"build_py": BuildWithContent, "bdist_wheel": WheelWithModes})
