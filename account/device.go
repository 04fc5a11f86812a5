package account

import (
	"strings"
	"unicode/utf8"
)

// Families of devices and browsers, in the order in which they are looked for:
// many user agents name several.
var (
	devices = [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"OpenHarmony", "HarmonyOS"}, {"HarmonyOS", "HarmonyOS"}, {"Android", "Android"},
		{"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Macintosh", "Mac"}, {"Linux", "Linux"},
	}
	browsers = [][2]string{
		{"MicroMessenger", "WeChat"}, {"AlipayClient", "Alipay"}, {"Edg", "Edge"}, {"OPR/", "Opera"},
		{"MQQBrowser", "QQ"}, {"UCBrowser", "UC"}, {"HuaweiBrowser", "Huawei"}, {"MiuiBrowser", "Xiaomi"},
		{"SamsungBrowser", "Samsung"}, {"FxiOS", "Firefox"}, {"Firefox", "Firefox"}, {"CriOS", "Chrome"},
		{"Chrome", "Chrome"}, {"Safari", "Safari"},
	}
)

// deviceMax bounds the name of a device, in characters.
const deviceMax = 40

// ParseUserAgent returns the short name by which people know a device in a
// list: "iPhone · Safari". What is not a browser's user agent is returned up
// to its first slash or bracket: "curl". Only this name is stored, since the
// whole user agent would tell more about a person than the list needs.
func ParseUserAgent(ua string) string {
	device, browser := match(devices, ua), match(browsers, ua)
	switch {
	case device != "" && browser != "":
		return device + " · " + browser
	case device != "" || browser != "":
		return device + browser
	}
	ua = strings.ToValidUTF8(ua, "")
	if i := strings.IndexAny(ua, "/(\r\n\x00"); i >= 0 {
		ua = ua[:i]
	}
	ua = strings.TrimSpace(ua)
	if utf8.RuneCountInString(ua) > deviceMax {
		ua = string([]rune(ua)[:deviceMax])
	}
	return ua
}

func match(names [][2]string, ua string) string {
	for _, n := range names {
		if strings.Contains(ua, n[0]) {
			return n[1]
		}
	}
	return ""
}
