"""How user agents and client hints name browsers, systems and devices, and how the reports name them."""

import re

# One browser is one row in the reports, whatever the device: the device has a column of its own.
BROWSERS = {
    "Other": "",
    "Amazon Silk": "Silk",
    "Android": "Android Browser",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome WebView",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari WebView",
    "Opera Mobile": "Opera",
}
SYSTEMS = {"Other": "", "Mac OS X": "macOS", "Web0S": "webOS", "Chromecast": "Android"}
# Chromium says these of every Android and macOS, Safari and Firefox of every macOS; on Chrome OS it is a build number.
FROZEN = re.compile(r"Android 10; K\)|Mac OS X 10_15_7|Mac OS X 10\.15[;)]|X11; CrOS ")
TV = re.compile(
    r"smart-?tv|apple ?tv|google ?tv|android ?tv|hbbtv|netcast|web0s|bravia|viera|aquos|roku|crkey"
    r"|\bdtv\b|\btv (safari|build)|\baft[a-z]|opera tv",
    re.IGNORECASE,
)
CONSOLE = re.compile(r"PlayStation|Xbox|Nintendo")
BRAND = re.compile(r'"([^"]*)";\s*v="(\d{1,4})')
# Brands that stand beside "Chromium" and the made-up one ("Not-A.Brand"). A list, because anyone can send any brand.
BRANDS = {
    "Google Chrome": "Chrome",
    "Microsoft Edge": "Edge",
    "Microsoft Edge WebView2": "Edge",
    "Opera": "Opera",
    "Opera GX": "Opera",
    "Opera Mini Android": "Opera Mini",
    "Brave": "Brave",
    "Vivaldi": "Vivaldi",
    "YaBrowser": "Yandex Browser",
    "Yandex": "Yandex Browser",
    "Samsung Internet": "Samsung Internet",
    "Android WebView": "Chrome WebView",
    "DuckDuckGo": "DuckDuckGo",
    "Whale": "Whale",
    "Avast Secure Browser": "Avast Secure Browser",
    "AVG Secure Browser": "AVG Secure Browser",
    "Norton Private Browser": "Norton Private Browser",
    "HuaweiBrowser": "Huawei Browser",
    "MIUI Browser": "MiuiBrowser",
    "Arc": "Arc",
    "Island": "Island",
}
PLATFORMS = {
    "Windows": "Windows",
    "macOS": "macOS",
    "Linux": "Linux",
    "Android": "Android",
    "Chrome OS": "Chrome OS",
    "Chromium OS": "Chrome OS",
    "iOS": "iOS",
}
GENERIC = ("", "Chrome", "Chrome WebView", "Edge", "Opera")  # may be replaced by a brand; an app such as Facebook not
LINUXES = ("Linux", "Ubuntu", "Fedora", "Debian", "Red Hat", "Mint", "SUSE")  # all of them say "Linux" in the hint
