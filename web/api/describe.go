package api

import (
	"context"

	"citywalk/geo"
	"citywalk/money"
	"citywalk/shop"
)

// description is what is said of a shop. It is said as a whole: what is absent
// is unknown.
type description struct {
	Name     string       `json:"name" minLength:"1" maxLength:"80" doc:"Kept as it is unless an operator calls; so are city, district and position."`
	City     string       `json:"city" minLength:"1" maxLength:"40"`
	District string       `json:"district,omitempty" maxLength:"40"`
	Address  string       `json:"address,omitempty" maxLength:"200"`
	Category string       `json:"category,omitempty" maxLength:"80"`
	Dishes   []string     `json:"dishes,omitempty" maxItems:"50"`
	Lat      float64      `json:"lat" minimum:"-90" maximum:"90" doc:"WGS-84."`
	Lng      float64      `json:"lng" minimum:"-180" maximum:"180" doc:"WGS-84."`
	Price    money.Amount `json:"price,omitempty" minimum:"0" doc:"Per head."`
	Opens    *int         `json:"opens,omitempty" minimum:"0" maximum:"1439" doc:"Minute of day."`
	Closes   *int         `json:"closes,omitempty" minimum:"1" maximum:"2880" doc:"Minute of day; beyond 1440 runs past midnight."`
}

func (d description) shop() shop.Shop {
	return shop.Shop{Name: d.Name, City: d.City, District: d.District, Address: d.Address, Category: d.Category, Dishes: d.Dishes,
		Point: geo.Point{Lat: d.Lat, Lng: d.Lng}, Price: d.Price, Opens: takeMinute(d.Opens), Closes: takeMinute(d.Closes)}
}

// takeMinute is a minute of the day as shops keep it: -1 is unknown.
func takeMinute(m *int) int {
	if m == nil {
		return -1
	}
	return *m
}

// showMinute leaves unknown minutes out.
func showMinute(m int) *int {
	if m < 0 {
		return nil
	}
	return &m
}

type addShopIn struct {
	Keyed
	Body description
}

func (a *API) addShop(ctx context.Context, in *addShopIn) (*shopOut, error) {
	s := in.Body.shop()
	s.SourceID = in.Key
	return a.shopOut(ctx)(a.Shop.Add(ctx, who(ctx), s))
}

type describeIn struct {
	ShopIn
	Body description
}

func (a *API) describe(ctx context.Context, in *describeIn) (*shopOut, error) {
	return a.shopOut(ctx)(a.Shop.Describe(ctx, who(ctx), shop.ID(in.Shop), in.Body.shop()))
}
