package console

import (
	"citywalk/account"
	"citywalk/web/ui"
)

// menu is what the session may open, in the order in which it is needed.
func menu(who account.Session) []ui.Tab {
	all := []struct {
		action account.Action
		tab    ui.Tab
	}{
		{account.ActMerchantRead, ui.Tab{Key: "tab.today", Href: "/console/", Icon: "today"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.curation", Href: "/console/curation", Icon: "explore"}},
		{account.ActConsoleWrite, ui.Tab{Key: "tab.visits", Href: visitsPath, Icon: "camera"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.reports", Href: reportsPath, Icon: "flag"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.coverage", Href: coverPath, Icon: "pin"}},
		{account.ActMerchantRead, ui.Tab{Key: "tab.shops", Href: "/console/shops", Icon: "shop"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.merchants", Href: "/console/merchants", Icon: "sign"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.members", Href: "/console/members", Icon: "people"}},
		{account.ActMerchantRead, ui.Tab{Key: "tab.redemptions", Href: "/console/redemptions", Icon: "receipt"}},
		{account.ActMerchantRead, ui.Tab{Key: "tab.statements", Href: "/console/statements", Icon: "money", Group: "group.money"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.trial", Href: "/console/trial", Icon: "ledger", Group: "group.money"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.entries", Href: "/console/entries", Icon: "menu", Group: "group.money"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.proof", Href: "/console/proof", Icon: "check", Group: "group.money"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.jobs", Href: "/console/jobs", Icon: "jobs", Group: "group.system"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.audit", Href: "/console/audit", Icon: "audit", Group: "group.system"}},
		{account.ActConsoleRead, ui.Tab{Key: "tab.plans", Href: "/console/plans", Icon: "plan", Group: "group.system"}},
		{account.ActConsoleWrite, ui.Tab{Key: "tab.access", Href: "/console/access", Icon: "link", Group: "group.system"}},
	}
	var tabs []ui.Tab
	for _, t := range all {
		if account.Allowed(who, t.action) {
			tabs = append(tabs, t.tab)
		}
	}
	return tabs
}
