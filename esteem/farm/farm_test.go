package farm

import "testing"

// What the lists promise: on cities that they do not know, with farms and
// without, the best shops are in front and farms are not.
func TestListsKeepFarmsOut(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		for _, farms := range []int{0, 30} {
			p := NewPlan(seed)
			p.Farms = farms
			c := p.Make()
			found, err := c.Fit(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			least, worst := 0.90, 0
			if farms > 0 {
				least, worst = 0.88, 6
			}
			lists, _ := c.Lists()
			regard := c.Judge(lists[0].Order)
			if regard.NDCG < least || regard.Farmed > worst {
				t.Errorf("seed %d, %d farms: nDCG@50 %.3f, want %.2f; %d farmed of 50, at most %d may be", seed, farms, regard.NDCG, least, regard.Farmed, worst)
			}
			for _, k := range lists {
				w := c.Judge(k.Order)
				t.Logf("seed %d, %2d farms: %-14s nDCG@50 %.3f, %2d of the best 50, %2d farmed", seed, farms, k.Name, w.NDCG, w.Hits, w.Farmed)
				// Each list is about something of its own, and none is for sale.
				if w.Farmed > worst {
					t.Errorf("seed %d: %s has %d farmed shops of 50", seed, k.Name, w.Farmed)
				}
			}
			for _, k := range c.Yardsticks(found) {
				w := c.Judge(k.Order)
				t.Logf("seed %d, %2d farms: %-14s nDCG@50 %.3f, %2d of the best 50, %2d farmed", seed, farms, k.Name, w.NDCG, w.Hits, w.Farmed)
				if w.NDCG >= regard.NDCG {
					t.Errorf("seed %d, %d farms: %s has nDCG@50 %.3f and the regard %.3f", seed, farms, k.Name, w.NDCG, regard.NDCG)
				}
			}
		}
	}
}
