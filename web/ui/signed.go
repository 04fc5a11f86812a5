package ui

// Signed is under what a note or a comment stands: the name that its author
// chose, or the mark that stands for one who chose none. What came from
// elsewhere has neither.
func Signed(p Page, name, mark string) string {
	switch {
	case name != "":
		return name
	case mark != "":
		return p.T("ui.signed.member", "mark", mark)
	}
	return p.T("ui.signed.other")
}
