package ui

// houses draws the row of houses and the trees between them, from left to
// right, none like its neighbour.
func (d *drawing) houses(h hour) {
	x, last, wall := -d.between(4, 20), -1, ""
	for x < cardW {
		if x > 0 && d.chance(38) {
			d.tree(h, x+11)
			x += d.between(20, 26)
			continue
		}
		kind := d.rand.IntN(5)
		if kind == last {
			kind = (kind + 1) % 5
		}
		last = kind
		next := d.pick(h.walls...)
		for next == wall {
			next = d.pick(h.walls...)
		}
		wall = next
		w := d.between(44, 62)
		switch kind {
		case 0:
			d.gable(h, x, w, wall)
		case 1:
			d.terrace(h, x, w+10, wall)
		case 2:
			d.awning(h, x, w+6, wall)
		case 3:
			d.laneGate(h, x, w, wall)
		default:
			d.flats(h, x, w-8, wall)
		}
		x += w + d.between(2, 6)
	}
}

// gable is a house with a pointed roof and a round window.
func (d *drawing) gable(h hour, x, w int, wall string) {
	top := ground - d.between(46, 60)
	roof := d.pick(h.roofs...)
	d.rect(x, top, w, ground-top, wall)
	d.shape(roof, "M%d %dL%d %dL%d %dz", x-4, top, x+w/2, top-w/2+4, x+w+4, top)
	d.circle(x+w/2, top-8, 4, h.window)
	d.windows(h, x+7, top+8, w-14, 1)
	d.door(h, x+w/2-6, roof)
}

// terrace is a long tiled house with upturned eaves.
func (d *drawing) terrace(h hour, x, w int, wall string) {
	top := ground - d.between(36, 46)
	roof := d.pick(h.roofs...)
	d.rect(x+3, top, w-6, ground-top, wall)
	d.shape(roof, "M%d %dQ%d %d %d %dH%dQ%d %d %d %dz", x-5, top+2, x+6, top-2, x+11, top-16, x+w-11, x+w-6, top-2, x+w+5, top+2)
	d.rect(x+11, top-18, w-22, 3, roof)
	for i := range 3 {
		d.lantern(x+12+i*(w-24)/2, top+3)
	}
	d.windows(h, x+8, top+13, w-34, 1)
	d.door(h, x+w-23, roof)
}

// awning is a shop with a striped awning and a wide window.
func (d *drawing) awning(h hour, x, w int, wall string) {
	top := ground - d.between(56, 76)
	stripe := d.pick("#C8401A", "#2F6F5E", "#B98A2E", "#3F5B7A")
	d.rect(x, top, w, ground-top, wall)
	d.rect(x-2, top-5, w+4, 6, d.pick(h.roofs...))
	d.windows(h, x+7, top+9, w-14, 1)
	d.rect(x+6, ground-22, w-26, 18, h.window)
	d.door(h, x+w-16, stripe)
	step := w / 6
	for i := range 6 {
		fill := stripe
		if i%2 == 1 {
			fill = "#FBF4E8"
		}
		d.shape(fill, "M%d %dh%dv9a%d %d 0 0 1-%d 0z", x+i*step, ground-36, step, step/2, step/2, step)
	}
	d.rect(x-1, ground-38, step*6+2, 3, stripe)
}

// laneGate is the stone gate of a lane, and the dark of the lane behind it.
func (d *drawing) laneGate(h hour, x, w int, wall string) {
	top := ground - d.between(58, 68)
	stone := d.pick(h.roofs...)
	d.rect(x, top, w, ground-top, wall)
	d.shape(stone, "M%d %dh%dl-5-9h-%dz", x-3, top, w+6, w-4)
	d.windows(h, x+7, top+7, w-14, 1)
	m := x + w/2
	d.shape(stone, "M%d %dv-22a14 14 0 0 1 28 0v22z", m-14, ground)
	d.shape(h.window, "M%d %dv-20a9 9 0 0 1 18 0v20z", m-9, ground)
	d.rect(m-1, ground-29, 2, 29, stone)
}

// flats is a taller house with balconies and laundry.
func (d *drawing) flats(h hour, x, w int, wall string) {
	rows := d.between(3, 4)
	top := ground - rows*21 - 8
	roof := d.pick(h.roofs...)
	d.rect(x, top, w, ground-top, wall)
	d.rect(x-2, top-4, w+4, 5, roof)
	for i := range rows - 1 {
		y := top + 7 + i*21
		d.windows(h, x+6, y, w-12, 1)
		d.rect(x+3, y+13, w-6, 2, roof)
	}
	if d.chance(70) {
		y := top + 24
		for i, colour := range []string{"#C8401A", "#F6EBDC", "#3F6E7A"} {
			d.rect(x+8+i*9, y, 6, 8, colour)
		}
	}
	d.door(h, x+w/2-6, roof)
}

// windows draws rows of windows that fit into the width.
func (d *drawing) windows(h hour, x, y, w, rows int) {
	n := max(w/15, 1)
	gap := w / n
	for r := range rows {
		for i := range n {
			fill := h.window
			if h.night && d.chance(35) {
				fill = h.far
			}
			d.round(x+i*gap+(gap-9)/2, y+r*18, 9, 11, 2, fill)
		}
	}
}

func (d *drawing) door(h hour, x int, fill string) {
	d.shape(fill, "M%d %dv-15a6 6 0 0 1 12 0v15z", x, ground)
	d.circle(x+9, ground-9, 1, h.window)
}

func (d *drawing) lantern(x, y int) {
	d.rect(x, y-3, 1, 4, "#5B3A2E")
	d.round(x-3, y, 7, 8, 3, "#D8452A")
	d.rect(x-1, y+8, 3, 2, "#E9B44C")
}

// tree is one of three trees; the persimmon has its fruits.
func (d *drawing) tree(h hour, x int) {
	trunk := "#6B4A36"
	if h.night {
		trunk = "#1F1A1C"
	}
	switch d.rand.IntN(3) {
	case 0: // Persimmon, bare in autumn but for the fruits.
		top := ground - d.between(44, 54)
		d.line(trunk, 3, "M%d %dV%d", x, ground, top+6)
		d.line(trunk, 2, "M%d %dl-11-12M%d %dl12-13M%d %dl-6-13M%d %dl5-9", x, top+22, x, top+16, x, top+8, x, top+8)
		for _, at := range [][2]int{{-11, 8}, {12, 3}, {-7, -6}, {6, -2}, {-3, 12}, {9, 14}, {1, 2}} {
			d.circle(x+at[0], top+at[1], 4, "#E0682B")
			d.rect(x+at[0]-1, top+at[1]-5, 2, 2, h.leaf)
		}
	case 1: // Plane, round.
		top := ground - d.between(40, 56)
		d.rect(x-1, top, 3, ground-top, trunk)
		d.circle(x, top, d.between(13, 17), h.leaf)
		d.circle(x-8, top+9, 9, h.leaf)
		d.circle(x+9, top+8, 10, h.leaf)
	default: // Poplar, slender.
		top := ground - d.between(62, 80)
		d.rect(x-1, ground-18, 3, 18, trunk)
		d.shape(h.leaf, "M%d %dC%d %d %d %d %d %dC%d %d %d %d %d %dz", x, top, x+13, top+18, x+11, ground-16, x, ground-10, x-11, ground-16, x-13, top+18, x, top)
	}
}

// foreground draws the street, and something that stands in it.
func (d *drawing) foreground(h hour) {
	d.rect(0, ground, cardW, cardH-ground, h.street)
	d.rect(0, ground, cardW, 3, h.near)
	switch x := d.between(120, 230); d.rand.IntN(3) {
	case 0:
		d.bicycle(h, x)
	case 1:
		d.lamp(h, x)
	default:
		d.walker(h, x)
	}
}

func (d *drawing) bicycle(h hour, x int) {
	y := ground - 2
	colour := "#2B2A28"
	if h.night {
		colour = "#F3E7C9"
	}
	d.line(colour, 2, "M%d %da7 7 0 1 0 .1 0M%d %da7 7 0 1 0 .1 0", x, y-13, x+24, y-13)
	d.line("#C8401A", 2, "M%d %dl8-13h10l-9 13-5-15M%d %dl-6-17h5", x, y-6, x+24, y-6)
}

func (d *drawing) lamp(h hour, x int) {
	colour := "#3B3431"
	d.rect(x, ground-58, 2, 60, colour)
	d.line(colour, 2, "M%d %dq0-8 9-8", x+1, ground-56)
	d.circle(x+12, ground-61, 4, "#FFD98A")
}

func (d *drawing) walker(h hour, x int) {
	skin := "#E8B48C"
	d.circle(x, ground-27, 4, skin)
	d.shape("#2B2A28", "M%d %da4 4 0 0 1 8 0z", x-4, ground-28)
	d.shape(d.pick("#C8401A", "#2F6F5E", "#E9B44C"), "M%d %dh8l3 14h-14z", x-4, ground-22)
	d.line("#2B2A28", 2, "M%d %dl-4 10M%d %dl4 10", x-1, ground-8, x+1, ground-8)
	d.line(skin, 2, "M%d %dl5 7", x+4, ground-19)
}
