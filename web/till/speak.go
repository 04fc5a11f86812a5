package till

import (
	"fmt"
	"strings"

	"citywalk/money"
	"citywalk/web/ui"
)

// spoken is the sentence that is said aloud when a bill is paid: 收款成功，115
// 元 6 角 5 分.
func spoken(p ui.Page, due money.Amount) string {
	if !p.Zh() {
		return p.T("paid.speak", "sum", due.Decimal()+" yuan")
	}
	return p.T("paid.speak", "sum", aloud(due))
}

// aloud is an amount as one says it in Chinese.
func aloud(a money.Amount) string {
	yuan, jiao, fen := a/100, a/10%10, a%10
	var b strings.Builder
	if yuan > 0 || a == 0 {
		fmt.Fprintf(&b, "%d 元", yuan)
	}
	switch {
	case jiao > 0:
		fmt.Fprintf(&b, " %d 角", jiao)
	case yuan > 0 && fen > 0:
		b.WriteString("零")
	}
	if fen > 0 {
		fmt.Fprintf(&b, " %d 分", fen)
	}
	return strings.TrimSpace(b.String())
}
