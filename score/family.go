package score

import "fmt"

func (f Family) String() string {
	if int(f) < len(familyNames) {
		return familyNames[f]
	}
	return fmt.Sprintf("family %d", uint8(f))
}

// MarshalText writes a family by its name.
func (f Family) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the name of a family.
func (f *Family) UnmarshalText(text []byte) error {
	for i, name := range familyNames {
		if name == string(text) {
			*f = Family(i)
			return nil
		}
	}
	return fmt.Errorf("score: %q is no family of evidence", text)
}
