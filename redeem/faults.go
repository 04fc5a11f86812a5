package redeem

import "citywalk/fault"

// Refusals of a scan.
var (
	ErrForeign = fault.New(fault.Invalid, "redeem.foreign", fault.Staff,
		"这是付款码，不是会员码，没有读取。请会员打开会员卡，扫卡上的码。",
		"This is a payment code, not a card code, and was not read. Ask the member to open the card and scan the code on it.")
	ErrLocked = fault.New(fault.TooMany, "redeem.locked", fault.Staff,
		"认不出的码太多了，{minutes} 分钟后再扫。急的话请会员扫店里的立牌付款。",
		"Too many codes were not recognised. Scan again in {minutes} minutes, or let the member scan the shop's sign.")
	ErrStaff = fault.New(fault.NotFound, "redeem.staff", fault.Merchant,
		"你还不是这家店的店员。请商家发一个邀请链接给你。",
		"You are not staff of this shop. Ask the merchant for an invitation link.")
	ErrShop = fault.New(fault.Conflict, "redeem.shop", fault.Merchant,
		"{shop}现在不收会员卡，没有扣款。这一单请按店里的价格结账。",
		"{shop} does not take the card now and nothing was charged. Settle this bill at the shop's own price.")
	ErrCode = fault.New(fault.NotFound, "redeem.code", fault.Staff,
		"没有认出这个码。请会员打开会员卡，再扫一次。",
		"This code was not recognised. Ask the member to open the card and scan again.")
	ErrUsed = fault.New(fault.Conflict, "redeem.used", fault.Member,
		"这个码用过了，请会员点一下刷新。",
		"This code was used already. Ask the member to refresh it.")
	ErrRenewed = fault.New(fault.Conflict, "redeem.renewed", fault.Member,
		"这个码换过新的了，请扫会员手机上现在的码。",
		"There is a newer code. Scan the one that the member's phone shows now.")
	ErrExpired = fault.New(fault.Gone, "redeem.expired", fault.Member,
		"这个码过期了，请会员点一下刷新。",
		"This code is over. Ask the member to refresh it.")
	ErrSelf = fault.New(fault.Denied, "redeem.self", fault.Member,
		"在自己工作的店里不能用自己的会员卡，没有扣款。",
		"Your own card cannot be used at the shop where you work. Nothing was charged.")
	ErrOpen = fault.New(fault.Conflict, "redeem.open", fault.Member,
		"会员在{shop}还有一单没有完成。先付完或取消那一单，不管它的话几分钟后会自动取消。",
		"The member has another bill open at {shop}. Pay or cancel it first; left alone it ends by itself in a few minutes.")
	ErrUses = fault.New(fault.Conflict, "redeem.uses", fault.Member,
		"今天在{shop}的会员优惠已经用过 {n} 次，用完了，明天再来。",
		"The card's {n} uses a day at {shop} are taken. It works here again tomorrow.")
	ErrDaily = fault.New(fault.Conflict, "redeem.daily", fault.Member,
		"今天的 {n} 次会员优惠都用完了，明天再来。",
		"All {n} uses of today are taken. The card works again tomorrow.")
	ErrBusy = fault.New(fault.TooMany, "redeem.busy", fault.Staff,
		"店里等着确认的单太多了，请店员先处理几单，再试一次。",
		"Too many requests wait at this till. Staff has to answer some first; then try again.")
)

// Refusals of a price and of agreeing to it.
var (
	ErrAmount = fault.New(fault.Invalid, "redeem.amount", fault.Staff,
		"金额要在 {min} 到 {max} 之间，请重新输入。",
		"The bill must be from {min} to {max}. Enter it again.").In("bill")
	ErrUnpriced = fault.New(fault.Conflict, "redeem.unpriced", fault.Staff,
		"店员还没有报价，稍等一下。",
		"Staff has not priced the bill yet. Wait a moment.")
	ErrQuoteStale = fault.New(fault.Conflict, "redeem.quote_stale", fault.Member,
		"价格变了，现在应付 {due}，没有扣款。看过新价格再确认。",
		"The price changed to {due} and nothing was charged. Look at the new price and confirm again.")
	ErrQuoteOver = fault.New(fault.Gone, "redeem.quote_over", fault.Staff,
		"报价两分钟内有效，已经过时，没有扣款。请重新扫码。",
		"The price was good for two minutes and is over. Nothing was charged. Scan again.")
	ErrTerms = fault.New(fault.Conflict, "redeem.terms", fault.Staff,
		"这家店的优惠刚刚改了，没有扣款。请店员重新报价。",
		"The shop's terms have just changed and nothing was charged. Ask staff to price the bill again.")
	ErrPass = fault.New(fault.Conflict, "redeem.pass", fault.Member,
		"这张会员卡已经不能用了，没有扣款。请在会员卡页面看看是到期还是退了。",
		"This card is no longer valid and nothing was charged. The card page says why.")
	ErrBudget = fault.New(fault.Conflict, "redeem.budget", fault.Staff,
		"这家店今天的会员优惠额度用完了，没有扣款。请店员重新报价。",
		"The shop has given all that it planned for today and nothing was charged. Ask staff to price the bill again.")
	// ErrBudgetLeft is why the card's option lost, before anything is agreed.
	ErrBudgetLeft = fault.New(fault.Conflict, "redeem.budget_left", fault.Merchant,
		"这家店今天的会员优惠只剩 {left}，不够这一单。",
		"The shop's budget for today has {left} left, which is not enough for this bill.")
	ErrNotBest = fault.New(fault.Conflict, "redeem.not_best", fault.Us,
		"能省 {off}，用上的那个更合适。",
		"It takes {off} off; the price that applies is the better one.")
	// ErrPlain is why the full price is not taken.
	ErrPlain = fault.New(fault.Conflict, "redeem.plain", fault.Us,
		"没有优惠。", "Nothing off.")
)

// Refusals that the state of a redemption gives. Over, Declined, Unpaid and
// Disputed are also the reasons that a redemption carries in Why.
var (
	ErrUnknown = fault.New(fault.NotFound, "redeem.unknown", fault.Us,
		"没有找到这一单。", "There is no such bill.")
	ErrNothing = fault.New(fault.NotFound, "redeem.nothing", fault.Member,
		"现在没有要确认的单。", "There is no bill to confirm now.")
	ErrOver = fault.New(fault.Gone, "redeem.over", fault.Member,
		"等得太久，这一单已经取消，没有扣款。请重新扫码。",
		"This bill waited too long and was cancelled. Nothing was charged. Scan again.")
	ErrDeclined = fault.New(fault.Conflict, "redeem.declined", fault.Member,
		"这一单取消了，没有扣款。需要的话重新扫码。",
		"This bill was cancelled and nothing was charged. Scan again if you need to.")
	ErrUnpaid = fault.New(fault.Conflict, "redeem.unpaid", fault.Member,
		"没有付成，这一单取消了。万一扣了款会自动退回。请重新扫码。",
		"The payment did not go through and the bill was cancelled. Money taken after all is given back. Scan again.")
	ErrDisputed = fault.New(fault.Conflict, "redeem.disputed", fault.Staff,
		"会员说金额不对，请核对后重新输入。",
		"The member says that the amount is wrong. Check it and enter it again.")
	ErrPaying = fault.New(fault.Conflict, "redeem.paying", fault.Member,
		"这一单正在付款，等付款有结果再说。没付成会自动取消。",
		"This bill is being paid. Wait for the outcome; if it is not paid it is cancelled by itself.")
	ErrDone = fault.New(fault.Conflict, "redeem.done", fault.Staff,
		"这一单已经付好了。要退的话，付款后 15 分钟内店员可以撤销。",
		"This bill is paid. Staff can undo it within 15 minutes of the payment.")
	ErrUndone = fault.New(fault.Conflict, "redeem.undone", fault.Us,
		"这一单已经撤销，钱在退回的路上或已经退回。",
		"This bill was undone; its money is on its way back or back already.")
	ErrUnfit = fault.New(fault.Conflict, "redeem.state", fault.Staff,
		"这一单现在不能这样操作，请刷新看看它到哪一步了。",
		"This cannot be done to the bill now. Refresh to see how far it is.")
	ErrUnpaidYet = fault.New(fault.Conflict, "redeem.unpaid_yet", fault.Staff,
		"这一单还没有付款，不用撤销，取消就行。",
		"This bill is not paid yet. There is nothing to undo: cancel it.")
	ErrUndoLate = fault.New(fault.Gone, "redeem.undo_late", fault.Operator,
		"撤销时间到 {until} 为止，已经过了。请联系运营处理退款。",
		"It could be undone until {until}. Ask the operator to refund it.")
	ErrNoReceipt = fault.New(fault.NotFound, "redeem.no_receipt", fault.Us,
		"这一单没有付成，没有小票。", "This bill was not paid, so there is no receipt.")
	ErrReceipt = fault.New(fault.Invalid, "redeem.receipt", fault.Staff,
		"这张小票不是我们开的，或者被改过，不要收。",
		"This receipt is not ours or was altered. Do not accept it.")
	ErrDenied = fault.New(fault.Denied, "redeem.denied", fault.Operator,
		"你没有权限看这些记录。", "You may not read these records.")
)
