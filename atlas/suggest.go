package atlas

// A Suggestion completes what is being typed.
type Suggestion struct {
	Kind   byte
	Text   string
	Weight int64 // Of all its places together.
}

// suggestMax is how many suggestions are given at most.
const suggestMax = 50
