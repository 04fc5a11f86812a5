// Package score says how good shops are from what people wrote about them, in
// a town where some notes are bought.
//
// It promises, for each shop, a mean, a 90 % interval and the probability of
// being above the bar, with bought notes discounted and the uncertainty of that
// discount inside the interval; for each note, how likely it was bought and why.
//
//	notes ─▶ features ─▶ prior odds of each note ◀─ weights ◀─ reviewers' labels
//	                        │        ▲
//	                        ▼        │ author's other notes
//	         share bought × quality of each shop, on a grid
//	                        │
//	                        ▼
//	         estimates of shops, findings on notes, standings of authors
//
// Everything that describes the city (noise of ratings, spread of shops and of
// authors, what bought notes look like, how many there are) is estimated from
// the notes themselves, with weak priors. The same input and seed give the same
// result, whatever the number of workers.
//
// Fit looks at a whole city. Model.Score looks at one shop again, in
// milliseconds, from what the last Fit learnt.
//
// What it refuses: likes never speak for a shop; a burst alone, or any other
// single family of evidence, takes no more than half of a note's weight; a new
// author keeps three tenths unless something besides being new speaks against
// the note; ratings that agree with each other and not with the city convict no
// shop unless the features of its notes do. Nothing here is a verdict on a
// person: findings are for reviewers.
// There is no SQL, no clock and no text here.
package score

// Aspects is how many aspects a note may speak of: taste, service, price,
// environment, waiting and cleanliness, in this order.
const Aspects = 6

// A Label is what a reviewer said about a note.
type Label uint8

// What reviewers say.
const (
	Unlabelled Label = iota
	Honest
	Bought
)

// A Note is what one author wrote about one shop.
type Note struct {
	Author, Shop int32            // Indexes into the Town.
	Day          float64          // Days since any epoch.
	Rating       float64          // 1 to 5: stars, or the sentiment of the text.
	Starred      bool             // The rating is stars that the author gave.
	Likes        float64          // Negative if unknown.
	Hash         uint64           // 64-bit SimHash of the text; 0 if there is none.
	Aspects      [Aspects]float32 // 1 to 5; 0 if not mentioned.
	Label        Label
}

// An Author writes notes.
type Author struct {
	Followers float64 // Negative if unknown.
	Created   float64 // Day of the account's creation; NaN if unknown.
}

// A Shop is written about.
type Shop struct {
	Category, Chain int32 // -1 if it has none.
}

// A Check is a reviewer's own visit: an unbiased reading of today's quality.
type Check struct {
	Shop      int32
	Value, SD float64 // On the scale of 1 to 5.
}

// A Town is all that is known of one city. Shops and authors without notes do
// no harm.
type Town struct {
	Notes   []Note
	Shops   []Shop
	Authors []Author
	Checks  []Check
}

// Options of a Fit.
type Options struct {
	Seed     uint64  // Of what is drawn at random, which at present is nothing.
	Workers  int     // How many shops are worked on at once; 0 for one per processor.
	Bar      float64 // Quality to be above, 1 to 5; 0 for the city's top decile, estimated.
	Progress func(stage string, done, of int)
}

// A Result is what a Fit found, in the order of the Town.
type Result struct {
	Shops   []Estimate
	Notes   []Finding
	Authors []Standing
	Bar     float64
}

// An Estimate is what is known of one shop. Qualities are on the scale of 1 to
// 5, Lo and Hi are the ends of the 90 % interval.
type Estimate struct {
	Mean       float64         `json:"mean"`
	Lo         float64         `json:"lo"`
	Hi         float64         `json:"hi"`
	SD         float64         `json:"sd"`
	Above      float64         `json:"above"`     // Probability that the quality is above the bar.
	Rank       float64         `json:"rank"`      // Order of a list: higher is better.
	Notes      int             `json:"notes"`     // How many there are.
	Effective  float64         `json:"effective"` // How many they count for: the sum of their weights.
	Aspects    [Aspects]Aspect `json:"aspects"`
	Discounted float64         `json:"discounted"` // Share of the notes' weight that was taken away.
	Reasons    []Reason        `json:"reasons"`    // Of the discount, the strongest first; shares add up to 1.
	Change     Change          `json:"change"`
	Bursts     []Burst         `json:"bursts"`
	Prior      float64         `json:"prior"`    // What would be said without its notes.
	PriorSD    float64         `json:"prior_sd"` // How sure of it.
	Settled    float64         `json:"settled"`  // What its chain's other shops are told of it; 0 if nothing.
}

// An Aspect is one aspect of a shop, as an Estimate.
type Aspect struct {
	Mean      float64 `json:"mean"`
	Lo        float64 `json:"lo"`
	Hi        float64 `json:"hi"`
	Effective float64 `json:"effective"`
	OK        bool    `json:"ok"` // Enough notes speak of it to be shown.
}

// A Change is when a shop became better or worse.
type Change struct {
	Probability float64 `json:"probability"`
	Day         float64 `json:"day"`   // About when, if it did.
	Delta       float64 `json:"delta"` // By how much, if it did.
}

// A Burst is a time in which more notes came than the shop usually has.
type Burst struct {
	Start    float64 `json:"start"` // Day.
	End      float64 `json:"end"`   // Day.
	Notes    int     `json:"notes"`
	Surprise float64 `json:"surprise"` // -log10 of the probability of so many.
}

// A Family is a kind of evidence against a note. Evidence of one family alone
// never takes more than half of a note's weight.
type Family uint8

// The families of evidence.
const (
	Timing   Family = iota // Written in a burst.
	Text                   // The same text stands elsewhere at this shop.
	Account                // A new or nearly empty account.
	Likes                  // More likes than its author's followers give.
	Company                // Its author keeps meeting the same others.
	Record                 // Its author's other notes.
	Rating                 // Far from what the other notes say.
	Campaign               // The shop's other notes look bought.
	Reviewer               // A reviewer said so.
	families
)

var familyNames = [families]string{"timing", "text", "account", "likes", "company", "record", "rating", "campaign", "reviewer"}

// A Reason is a family of evidence and its share in a discount.
type Reason struct {
	Family Family  `json:"family"`
	Share  float64 `json:"share"`
}

// A Finding is what is thought of one note; for reviewers, never for the public.
type Finding struct {
	PFake   float64  `json:"p"`                 // Probability that it was bought.
	Weight  float64  `json:"weight"`            // What it counts for, 0 to 1.
	Reasons []Reason `json:"reasons,omitempty"` // The strongest first; none for a note that counts in full.
	Part    Part     `json:"part"`
}

// A Part is what a note has in its author's Standing: Model.Score takes it off
// again, so that no note is its own witness. Zero for a note that no Fit saw.
type Part struct {
	Counted   bool    `json:"counted"`
	Suspicion float32 `json:"suspicion"`
	Residual  float32 `json:"residual"`
	Weight    float32 `json:"weight"`
}

// A Standing is what a Fit remembers of an author, for Model.Score. The zero
// Standing is that of a new author.
type Standing struct {
	Notes     int32   `json:"notes"`     // How many notes the author wrote.
	Suspicion float64 `json:"suspicion"` // Sum of the probabilities that they were bought.
	Expected  float64 `json:"expected"`  // The same sum for notes of the city's average.
	Residual  float64 `json:"residual"`  // Sum of how far above the shops' quality the author rated, weighted.
	Weight    float64 `json:"weight"`    // Sum of these weights.
	Group     int32   `json:"group"`     // Authors who keep meeting at the same shops have the same; 0 for none.
}
