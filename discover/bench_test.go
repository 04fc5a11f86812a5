package discover

import (
	"fmt"
	"testing"

	"citywalk/shop"
)

// BenchmarkDocument is what reading one shop costs beside the database.
func BenchmarkDocument(b *testing.B) {
	m := newMaker(newSurroundings(nil, nil))
	b.ReportAllocs()
	for i := range b.N {
		r := shopRow{ID: shop.ID(fmt.Sprint("shp_", i)), Number: "123456", City: here, District: "东区", Address: "石榴路 12 号", Name: "半亩石榴咖啡馆（东区店）",
			Category: "咖啡馆", Dishes: `["手冲","燕麦拿铁","巴斯克"]`, Lat: 31.2, Lng: 121.4, Price: 3500, Opens: 480, Closes: 1320, State: shop.Live,
			Terms: `{"version":1,"kind":"percent","percent":10,"per_day":1}`}
		if _, err := m.document(&r); err != nil {
			b.Fatal(err)
		}
	}
}
