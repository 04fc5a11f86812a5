package simulate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"citywalk/account"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/pass"
	"citywalk/shop"
)

// What every city has. A seed uses part of it.
const (
	cityShops   = 4
	cityMembers = 8
)

// City is its name.
const City = "临汀"

// middle is where everything is.
var middle = geo.Point{Lat: 31.2, Lng: 121.5}

// founded is when the city is made: bubbles begin at the first instant of the
// year 2000, UTC.
var founded = time.Date(1999, 12, 31, 12, 0, 0, 0, time.UTC)

// A city is founded once for all seeds; each lives in a copy of its files.
type city struct {
	wiring  Wiring
	dir     string
	office  account.Session
	shops   []shop.Shop
	tills   []account.Session // As many as shops, and one more at the first.
	members []account.Session
}

const (
	oursFile   = "citywalk.db"
	theirsFile = "provider.db"
)

func found(ctx context.Context, w Wiring, dir string) (*city, error) {
	c := &city{wiring: w, dir: filepath.Join(dir, "city")}
	if err := os.Mkdir(c.dir, 0o700); err != nil {
		return nil, err
	}
	now := founded
	clock := func() time.Time { now = now.Add(4 * time.Millisecond); return now }
	n, err := w.Found(ctx, Place{Path: filepath.Join(c.dir, oursFile), Clock: clock})
	if err != nil {
		return nil, err
	}
	err = errors.Join(c.settle(ctx, n), n.DB.Close())
	if err != nil {
		return nil, err
	}
	if err := engrave(ctx, filepath.Join(c.dir, oursFile)); err != nil {
		return nil, err
	}
	_, d, err := w.Provider(ctx, filepath.Join(c.dir, theirsFile), clock, http.DefaultClient)
	if err != nil {
		return nil, err
	}
	return c, d.Close()
}

// settle brings people and shops to the city.
func (c *city) settle(ctx context.Context, n *Node) (err error) {
	if c.office, err = enter(ctx, n, 1, "运营", account.Grant{Role: account.Operator}, account.ConsoleApp); err != nil {
		return err
	}
	plan := pass.Plan{Code: "days", Zh: "三日卡", En: "Three days", Price: 30 * money.Yuan, Days: 3, Sold: true}
	if err := n.Pass.SetPlan(ctx, c.office, plan); err != nil {
		return err
	}
	if err := n.DB.Update(ctx, func(tx *db.Tx) error {
		_, _, err := discover.PutPlaces(tx, c.office.Person, []discover.Place{{City: City, Kind: discover.Metro, Name: "站", Point: middle, Source: "simulate", SourceID: "1"}})
		return err
	}); err != nil {
		return err
	}
	var m shop.Merchant
	for i := range cityShops {
		if i != 1 { // The second shop is the first merchant's too.
			if m, err = n.Shop.AddMerchant(ctx, c.office, fmt.Sprintf("商家 %d", i+1)); err != nil {
				return err
			}
		}
		if err := c.openShop(ctx, n, m, i); err != nil {
			return err
		}
	}
	for i := range cityShops + 1 {
		sh := c.shops[i%cityShops]
		till, err := enter(ctx, n, 100+i, "店员", account.Grant{Role: account.Staff, Merchant: string(sh.Merchant), Shop: string(sh.ID)}, account.TillApp)
		if err != nil {
			return err
		}
		c.tills = append(c.tills, till)
	}
	for i := range cityMembers {
		who, err := enter(ctx, n, 200+i, "会员", account.Grant{Role: account.Member}, account.MemberApp)
		if err != nil {
			return err
		}
		c.members = append(c.members, who)
	}
	return nil
}

func (c *city) openShop(ctx context.Context, n *Node, m shop.Merchant, i int) error {
	sh, err := n.Shop.Add(ctx, c.office, shop.Shop{Name: fmt.Sprintf("店 %d", i+1), City: City, Category: "面馆",
		Point: middle, Opens: 8 * 60, Closes: 23 * 60})
	if err != nil {
		return err
	}
	if err := n.Shop.Assign(ctx, c.office, sh.ID, m.ID); err != nil {
		return err
	}
	if _, err := n.Shop.SetTerms(ctx, c.office, sh.ID, terms[i]); err != nil {
		return err
	}
	if err := n.Shop.Open(ctx, c.office, sh.ID); err != nil {
		return err
	}
	if sh, err = n.Shop.Get(ctx, sh.ID); err == nil {
		c.shops = append(c.shops, sh)
	}
	return err
}

func enter(ctx context.Context, n *Node, number int, name string, g account.Grant, app account.App) (account.Session, error) {
	id, err := n.Account.Appoint(ctx, fmt.Sprintf("1380000%04d", number), name, g)
	if err != nil {
		return account.Session{}, err
	}
	_, who, err := n.Account.Enter(ctx, id, app, account.Client{Device: "simulate"})
	return who, err
}

// terms are what shops give; the first are those with which they open.
var terms = []shop.Terms{
	{Kind: shop.Percent, Percent: 10, PerDay: 6},
	{Kind: shop.Fixed, Off: 5 * money.Yuan, Floor: 20 * money.Yuan, PerDay: 2, Budget: 15 * money.Yuan},
	{Kind: shop.Percent, Percent: 90, Cap: 30 * money.Yuan, PerDay: 2, Budget: 80 * money.Yuan},
	{Kind: shop.Gift, Gift: "一碟小菜", PerDay: 1},
	{Kind: shop.Fixed, Off: 3 * money.Yuan, PerDay: 10},
}

// offers are the shops' own.
var offers = [][]shop.Offer{
	nil,
	{{Title: "满二十减四", Kind: shop.Fixed, Off: 4 * money.Yuan, Floor: 20 * money.Yuan}},
	{{Title: "九五折", Kind: shop.Percent, Percent: 5}},
}

// copyTo gives a seed files of its own.
func (c *city) copyTo(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for _, name := range []string{oursFile, theirsFile} {
		if err := copyFile(filepath.Join(c.dir, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// dice returns the dice of a seed.
func dice(seed int64) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 0x6369747977616c6b)) }
