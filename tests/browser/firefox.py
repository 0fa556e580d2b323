"""Firefox, and what it tells screen readers. It is driven by its own remote protocol, Marionette, without a driver."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# In seconds.
PATIENCE = 60

PREFERENCES = {
    # A port of its own choice, which it writes into its folder.
    "marionette.port": 0,
    # Keep the accessibility tree without a screen reader.
    "accessibility.force_disabled": -1,
    # Ask no other host.
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "app.update.disabledForTesting": True,
    # What the proxy of `cut_network` needs.
    "network.proxy.allow_hijacking_localhost": True,
    "network.proxy.http": "127.0.0.1",
    # Nobody listens at this port.
    "network.proxy.http_port": 9,
}

# Each event of the tree in a live region, as a screen reader gets it: [how urgent it is, the new text, whether busy].
# On Linux and Windows, an alert has an event of its own.
LISTEN = """
  window = Services.wm.getMostRecentWindow("navigator:browser");
  if (window.heardByReader) return;
  window.heardByReader = [];
  Cc["@mozilla.org/accessibilityService;1"].getService(Ci.nsIAccessibilityService);
  window.readerObserver = { observe(subject) {
    const event = subject.QueryInterface(Ci.nsIAccessibleEvent);
    const attribute = (name) => {
      try { return event.accessible.attributes.getStringProperty(name); } catch { return ""; }
    };
    if (event.eventType === Ci.nsIAccessibleEvent.EVENT_ALERT) {
      const text = event.accessible.QueryInterface(Ci.nsIAccessibleText).getText(0, -1);
      window.heardByReader.push(["alert", text.trim(), attribute("container-busy") === "true"]);
    }
    if (event.eventType !== Ci.nsIAccessibleEvent.EVENT_TEXT_INSERTED) return;
    const change = subject.QueryInterface(Ci.nsIAccessibleTextChangeEvent);
    const live = attribute("container-live") || attribute("live");
    if (!live || live === "off") return;
    window.heardByReader.push([live, change.modifiedText.trim(), attribute("container-busy") === "true"]);
  } };
  Services.obs.addObserver(window.readerObserver, "accessible-event");
"""


def find_firefox() -> str | None:
    """The path of Firefox; None where there is none."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


@dataclass(frozen=True)
class Heard:
    """What a screen reader got. live: "polite", "assertive" or "alert"."""

    live: str
    text: str
    is_busy: bool


class Firefox:
    """One window of Firefox."""

    def __init__(self, port: int) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.buffer = b""
        self.number = 0
        self._read()
        self.ask("WebDriver:NewSession", capabilities={"alwaysMatch": {"pageLoadStrategy": "normal"}})
        self.in_browser(LISTEN)

    def _read(self) -> Any:
        """One message: its length, a colon, and JSON."""
        while b":" not in self.buffer:
            self.buffer += self.connection.recv(65536)
        length, _, self.buffer = self.buffer.partition(b":")
        while len(self.buffer) < int(length):
            self.buffer += self.connection.recv(65536)
        message, self.buffer = self.buffer[: int(length)], self.buffer[int(length) :]
        return json.loads(message)

    def ask(self, command: str, **parameters: Any) -> Any:
        """Send a command and return its result; raises RuntimeError for an error."""
        self.number += 1
        text = json.dumps([0, self.number, command, parameters]).encode()
        self.connection.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(f"{command}: {error}")
        return result.get("value") if isinstance(result, dict) else result

    def open(self, address: str) -> None:
        """Open a page and wait for it."""
        self.ask("WebDriver:Navigate", url=address)

    def on_page(self, script: str, *arguments: Any) -> Any:
        """The result of a script of the page."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=arguments)

    def in_browser(self, script: str, *arguments: Any) -> Any:
        """The result of a script of the browser itself."""
        self.ask("Marionette:SetContext", value="chrome")
        try:
            return self.ask("WebDriver:ExecuteScript", script=script, args=arguments, sandbox="system")
        finally:
            self.ask("Marionette:SetContext", value="content")

    def set_cookies(self, base_url: str, cookies: dict[str, str]) -> None:
        """Set cookies of the site."""
        self.open(f"{base_url}/livez")
        for name, value in cookies.items():
            self.ask("WebDriver:AddCookie", cookie={"name": name, "value": value, "path": "/"})

    def cut_network(self, *, is_cut: bool) -> None:
        """Go offline, as pages see it, and send all requests to a port without a listener; or the reverse."""
        script = "Services.prefs.setIntPref('network.proxy.type', +arguments[0]); Services.io.offline = arguments[0]"
        self.in_browser(script, is_cut)

    def heard(self) -> list[Heard]:
        """What a screen reader got in live regions since this window opened."""
        script = "return Services.wm.getMostRecentWindow('navigator:browser').heardByReader"
        return [Heard(*one) for one in self.in_browser(script)]

    def hears(self, live: str, text: str) -> bool:
        """Whether a screen reader gets a text that begins so; waits up to 15 s for it."""
        end = time.monotonic() + 15
        while time.monotonic() < end:
            if any(one.live == live and one.text.startswith(text) for one in self.heard()):
                return True
            time.sleep(0.2)
        return False


@contextmanager
def running_firefox(program: str, folder: Path) -> Iterator[Firefox]:
    """Firefox without a window, with its data in this folder."""
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items())
    (folder / "user.js").write_text("\n".join(lines), encoding="utf-8")
    command = [
        program,
        "-headless",
        "-no-remote",
        "-marionette",
        "-remote-allow-system-access",
        "-profile",
        str(folder),
    ]
    environment = {**os.environ, "HOME": str(folder), "MOZ_DISABLE_CONTENT_SANDBOX": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            firefox = Firefox(_port(folder / "MarionetteActivePort", process))
            with firefox.connection:
                yield firefox
        finally:
            process.terminate()


def _port(path: Path, process: subprocess.Popen[bytes]) -> int:
    """The port that Firefox wrote; waits for it."""
    for _ in range(PATIENCE * 10):
        if path.exists() and (text := path.read_text(encoding="ascii").strip()):
            return int(text)
        if process.poll() is not None:
            raise RuntimeError(f"Firefox ended with {process.returncode}.")
        time.sleep(0.1)
    raise RuntimeError("Firefox has not opened its port.")
