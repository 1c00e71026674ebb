"""The page in a real browser: what somebody sees who shows it an image."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from engine.labels import CODES, NOTICE
from tests.web.conftest import RunningDemo

pytestmark = pytest.mark.timeout(400)
_SECONDS = 60


def wait_for(browser: webdriver.Chrome, selector: str, is_it: Callable[[WebElement], object] = bool) -> WebElement:
    """The first element that the selector finds and that is as wanted; fails after a minute."""
    give_up_at = time.monotonic() + _SECONDS
    while time.monotonic() < give_up_at:
        for element in browser.find_elements(By.CSS_SELECTOR, selector):
            if is_it(element):
                return element
        time.sleep(0.1)
    raise AssertionError(f"{selector} did not come: {browser.find_element(By.TAG_NAME, 'body').text}")


def is_shown(element: WebElement) -> bool:
    return element.is_displayed()


def show(browser: webdriver.Chrome, demo: RunningDemo, image: Path) -> None:
    """Open the page and give it an image."""
    browser.get(demo.url)
    wait_for(browser, "input[type=file]").send_keys(str(image))
    wait_for(browser, ".ll-map")


def requested(browser: webdriver.Chrome) -> set[str]:
    """The servers that the page asked for anything since the last time."""
    messages: list[dict[str, Any]] = [
        json.loads(entry["message"])["message"] for entry in browser.get_log("performance")
    ]
    urls = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
    return {url.split("/")[2] for url in urls if url.startswith(("http:", "https:", "ws:", "wss:"))}


def test_an_image_gets_its_answer_its_heat_map_and_the_notice(
    browser: webdriver.Chrome, demo: RunningDemo, photos: list[Path]
) -> None:
    """Seven bars, the most probable first, the sentences of the window, a map for each class, one shown."""
    show(browser, demo, photos[0])
    bars = browser.find_elements(By.CSS_SELECTOR, ".ll-bar")
    shares = [float(str(bar.get_attribute("data-probability"))) for bar in bars]
    assert sorted(str(bar.get_attribute("data-code")) for bar in bars) == sorted(CODES)
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)
    words = browser.find_element(By.TAG_NAME, "body").text
    assert "cancerous: yes/no" in words
    assert NOTICE in words
    layers = browser.find_elements(By.CSS_SELECTOR, ".ll-layer")
    assert len(layers) == 7
    (shown,) = [layer for layer in layers if layer.is_displayed()]
    assert shown.get_attribute("data-code") == bars[0].get_attribute("data-code")


def test_another_class_and_another_opacity_show_at_once(
    browser: webdriver.Chrome, demo: RunningDemo, photos: list[Path]
) -> None:
    """Both are chosen in the browser."""
    show(browser, demo, photos[0])
    Select(browser.find_element(By.CSS_SELECTOR, ".ll-map select")).select_by_value("df")
    (layer,) = [one for one in browser.find_elements(By.CSS_SELECTOR, ".ll-layer") if one.is_displayed()]
    assert layer.get_attribute("data-code") == "df"
    assert layer.value_of_css_property("opacity") == "0.6"
    slider = browser.find_element(By.CSS_SELECTOR, ".ll-map input[type=range]")
    browser.execute_script(
        "arguments[0].value = 10; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", slider
    )
    assert layer.value_of_css_property("opacity") == "0.1"


def test_several_images_get_a_table_and_a_file(
    browser: webdriver.Chrome, demo: RunningDemo, photos: list[Path], tmp_path: Path
) -> None:
    """A row for each by its own name, the broken one with its reason; the CSV holds them all."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(photos[0].read_bytes()[:400])
    browser.get(demo.url)
    wait_for(browser, "button[role=tab]", lambda tab: tab.text == "Several images").click()
    wait_for(browser, "input[type=file][multiple]").send_keys("\n".join(map(str, [*photos, broken])))
    table = wait_for(browser, ".ll-table", is_shown)
    names = [row.find_elements(By.TAG_NAME, "td")[1].text for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")]
    assert sorted(names) == sorted([*(path.name for path in photos), "broken.jpg"])
    assert "damaged" in table.text
    wait_for(browser, "button, a", lambda one: is_shown(one) and "Download as CSV" in one.text).click()
    give_up_at = time.monotonic() + _SECONDS
    while not (files := list(tmp_path.glob("*.csv"))) and time.monotonic() < give_up_at:
        time.sleep(0.1)
    text = files[0].read_text(encoding="utf-8")
    assert all(name in text for name in names)
    assert str(demo.folder) not in text


def test_a_sample_answers_with_one_click(browser: webdriver.Chrome, demo: RunningDemo) -> None:
    """For somebody who has no image at hand; authors and licence stand beside."""
    browser.get(demo.url)
    wait_for(browser, "button", lambda button: is_shown(button) and button.text.strip() == "mel").click()
    wait_for(browser, ".ll-map")
    assert "CC BY-NC 4.0" in browser.find_element(By.TAG_NAME, "body").text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_system_in_light_and_dark(
    browser: webdriver.Chrome, demo: RunningDemo, photos: list[Path], scheme: str
) -> None:
    """Dark ground and light words, or the other way round."""
    features = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", features)
    show(browser, demo, photos[0])
    words = browser.find_element(By.CSS_SELECTOR, ".ll-words p").value_of_css_property("color")
    ground = browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    assert (brightness(words) > brightness(ground)) == (scheme == "dark")
    assert abs(brightness(words) - brightness(ground)) > 120


def brightness(color: str) -> float:
    """Of a CSS color as the browser gives it, 0 to 255."""
    numbers = [float(part) for part in color[color.index("(") + 1 : color.index(")")].split(",")[:3]]
    return sum(numbers) / 3


def test_it_fits_a_phone(browser: webdriver.Chrome, demo: RunningDemo, photos: list[Path]) -> None:
    """At 360 pixels nothing is wider than the screen."""
    phone = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    show(browser, demo, photos[0])
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= 360
    assert browser.find_element(By.CSS_SELECTOR, ".ll-map").size["width"] <= 360


def test_not_one_request_leaves(browser: webdriver.Chrome, demo: RunningDemo, photos: list[Path]) -> None:
    """No font, script or telemetry of somebody else, and the browser is told to refuse any; nothing fails over it."""
    show(browser, demo, photos[0])
    assert requested(browser) == {f"127.0.0.1:{demo.port}"}
    said = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert said == []
