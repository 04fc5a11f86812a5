package gazetteer

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Bounds of what is read of a query, in bytes. They bound the work that one
// question can cause.
const (
	nameBytesMax  = 600
	placeBytesMax = 240
	textBytesMax  = 60_000
)

// old has traditional and Japanese characters of shop names, each followed by
// the simplified one. It is no dictionary: only what is common on signs.
const old = "" +
	"樓楼館馆記记龍龙燒烧貨货鮮鲜麵面雞鸡蝦虾鍋锅東东無无語语豐丰興兴陳陈蘭兰達达揚扬灣湾廣广華华國国園园門门馬马魚鱼鳥鸟鴨鸭鵝鹅豬猪貓猫飯饭飲饮餅饼養养麥麦點点黃黄齋斋齊齐龜龟臺台萬万與与書书雲云" +
	"電电風风飛飞開开關关閣阁陽阳陰阴隱隐際际隨随雙双雜杂離离難难頂顶項项順顺頤颐頭头顏颜題题願愿類类駿骏騰腾鬧闹魯鲁鯉鲤鯨鲸鰻鳗鱗鳞鶴鹤鷹鹰鹵卤鹽盐麗丽緣缘綠绿紅红紙纸細细終终統统經经綫线線线緹缇" +
	"繡绣羅罗義义習习聖圣聞闻聯联膠胶臨临艷艳藝艺蓮莲蘇苏蘋苹蘆芦號号蟲虫蠔蚝衆众術术裏里裡里補补製制複复覓觅覺觉觀观計计訪访設设許许訴诉詩诗話话該该詳详誠诚談谈請请諸诸謝谢識识譽誉讓让貝贝負负財财" +
	"貢贡貫贯費费賀贺資资賓宾賢贤質质賽赛贊赞贈赠趙赵車车軒轩軟软輝辉輪轮轉转農农連连進进遊游運运過过遠远適适選选遺遗鄉乡鄭郑醬酱釀酿釣钓鈴铃銀银銅铜銘铭錄录錢钱錦锦鎮镇鐘钟鐵铁長长閒闲間间島岛峽峡" +
	"嶺岭師师帥帅帶带幣币幾几庫库廚厨廠厂廬庐彌弥彎弯後后從从復复愛爱慶庆應应憶忆懷怀戀恋戲戏戶户揀拣撈捞撚捻擔担據据攤摊敘叙數数斬斩時时晉晋晝昼暢畅會会朧胧條条楊杨極极榮荣構构樂乐樣样樸朴樹树橋桥" +
	"機机檔档檸柠櫻樱歐欧歡欢歲岁歷历氣气湯汤溫温滷卤漁渔漢汉潔洁潤润澤泽濃浓濟济瀾澜煉炼煙烟熱热燈灯燉炖營营爐炉爺爷牆墙狀状獅狮獨独獎奖瑤瑶環环瓊琼產产畫画當当發发盤盘監监盧卢眾众礦矿禮礼種种稱称" +
	"穀谷積积穩稳竅窍筆笔節节範范築筑簡简籠笼糧粮糰团紀纪純纯級级絲丝網网維维緻致縣县總总織织繩绳繼继續续聽听職职肅肃腦脑腳脚臘腊舊旧艦舰莊庄莖茎萊莱葉叶蔣蒋蔥葱薑姜薦荐藍蓝藥药處处蝸蜗衝冲親亲視视" +
	"詠咏診诊試试誼谊調调論论諾诺證证議议護护讚赞豔艳貴贵買买貿贸賞赏賣卖賴赖軍军載载輕轻辦办辭辞遲迟遷迁邊边鄰邻醫医釋释針针鋪铺鏡镜鑽钻閱阅隊队階阶險险靈灵靜静頻频餘余駱骆驛驿驚惊體体鬆松鬍胡魷鱿" +
	"鮑鲍鯽鲫鱈鳕鱸鲈鴻鸿鵬鹏鷗鸥鹹咸齡龄単单栄荣沢泽浜滨駅驿図图戸户辺边伝传気气桜樱円圆団团対对広广徳德恵惠黒黑斉齐竜龙帰归実实関关仏佛壱壹醤酱塩盐焼烧麺面鶏鸡銭钱巻卷鉄铁專专業业兩两嚴严喪丧個个" +
	"亂乱爭争於于亞亚産产畝亩億亿僅仅倉仓儀仪們们價价傳传傷伤優优兒儿兌兑內内冊册凍冻則则剛刚創创劉刘劍剑動动務务勝胜勞劳匯汇區区協协單单卻却厭厌參参吳吴員员唄呗問问啟启啞哑喚唤嗎吗嘗尝嚐尝嘯啸嚮向" +
	"團团圍围圓圆圖图場场塊块塢坞塵尘墊垫壇坛壓压壯壮壽寿夠够夢梦夾夹奧奥婦妇媽妈嬌娇孫孙學学寧宁寶宝將将尋寻對对導导屆届層层屬属岡冈峯峰崗岗巖岩"

var (
	simplified = pairsOf(old)
	marks      = strings.NewReplacer("™", "", "®", "", "©", "")
)

func pairsOf(s string) map[rune]rune {
	m := map[rune]rune{'の': '的'}
	runes := []rune(s)
	for i := 0; i+1 < len(runes); i += 2 {
		m[runes[i]] = runes[i+1]
	}
	return m
}

// A folded text is what counts of a text. gap[i] is what stood before runes[i]:
// a space, a punctuation mark, or 0 if nothing did.
type folded struct {
	runes []rune
	gap   []rune
}

func (f *folded) add(r, gap rune) {
	f.runes = append(f.runes, r)
	f.gap = append(f.gap, gap)
}

// fold folds at most limit bytes of s.
func fold(s string, limit int) folded {
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "")
	}
	s = marks.Replace(s)
	f := folded{}
	gap := rune(0)
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			r = unicode.ToLower(r)
			if n, ok := simplified[r]; ok {
				r = n
			}
			f.add(r, gap)
			gap = 0
		case unicode.IsMark(r) || unicode.Is(unicode.Cf, r):
			// Accents, and what cannot be seen, do not count.
		case gap == 0 || gap == ' ' || opens(r):
			gap = r
		}
	}
	return f
}

func opens(r rune) bool  { return strings.ContainsRune("([{【〔《「『<〈", r) }
func closes(r rune) bool { return strings.ContainsRune(")]}】〕》」』>〉", r) }

// latin reports whether r belongs to words that are set apart by spaces.
func latin(r rune) bool { return r < 0x250 }

// A title is a name taken apart.
type title struct {
	whole  string   // Without the branch, folded.
	parts  []string // Where dots or another script divide it, if into several.
	branch string   // What stands in brackets behind it, folded.
}

// divides has the marks between parts of a name.
const divides = "·•・‧∙●|-–—/.,、。&,:;"

// take takes a name apart. Brackets that stand first belong to the name; those
// that come later are the branch.
func take(name string) title {
	var base, branch strings.Builder
	depth, inBranch := 0, false
	for _, r := range norm.NFKC.String(clip(name)) {
		switch {
		case opens(r):
			if depth++; depth == 1 && strings.TrimSpace(base.String()) != "" {
				inBranch = true
			}
			r = '|'
		case closes(r):
			depth = max(0, depth-1)
			if depth == 0 {
				inBranch = false
			}
			r = '|'
		}
		if inBranch {
			branch.WriteRune(r)
		} else {
			base.WriteRune(r)
		}
	}
	t := title{branch: string(fold(branch.String(), nameBytesMax).runes)}
	t.parts = partsOf(fold(base.String(), nameBytesMax))
	if last := len(t.parts) - 1; t.branch == "" && last > 0 && isBranch(t.parts[last]) {
		t.branch, t.parts = t.parts[last], t.parts[:last]
	}
	t.whole = strings.Join(t.parts, "")
	if len(t.parts) == 1 {
		t.parts = nil
	}
	return t
}

func clip(s string) string {
	if len(s) > nameBytesMax {
		s = strings.ToValidUTF8(s[:nameBytesMax], "")
	}
	return s
}

// partsOf divides a folded name. Another script divides only where both sides
// have at least two characters.
func partsOf(f folded) []string {
	var parts []string
	begin := 0
	for i := 1; i <= len(f.runes); i++ {
		if i < len(f.runes) {
			script := latin(f.runes[i]) != latin(f.runes[i-1]) && run(f.runes[i:]) >= 2 &&
				i-begin >= 2 && latin(f.runes[i-2]) == latin(f.runes[i-1])
			if !script && !strings.ContainsRune(divides, f.gap[i]) {
				continue
			}
		}
		parts = append(parts, string(f.runes[begin:i]))
		begin = i
	}
	return parts
}

// run returns how many of the first runes are of the first one's script.
func run(runes []rune) int {
	n := 0
	for n < len(runes) && latin(runes[n]) == latin(runes[0]) {
		n++
	}
	return n
}

// isBranch reports whether a part at the end of a name is its branch though no
// brackets say so.
func isBranch(part string) bool {
	if !strings.HasSuffix(part, "店") || len([]rune(part)) < 3 {
		return false
	}
	for _, kind := range []string{"专门店", "甜品店", "面店", "粉店", "饼店", "饭店", "酒店", "小吃店", "食店", "美食店", "咖啡店", "书店", "体验店"} {
		if strings.HasSuffix(part, kind) {
			return false
		}
	}
	return true
}
