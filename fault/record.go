package fault

import (
	"encoding/json"
	"fmt"
	"time"
)

// record is a fault as it is stored. It holds the sentences as they were said,
// so that a refusal is repeated word for word by a later version too.
type record struct {
	Kind  Kind          `json:"kind"`
	Code  string        `json:"code"`
	Move  Move          `json:"move"`
	Field string        `json:"field,omitempty"`
	Retry time.Duration `json:"retry,omitempty"`
	Zh    string        `json:"zh"`
	En    string        `json:"en"`
	Args  []string      `json:"args,omitempty"`
}

// Marshal returns a fault as JSON, to be kept and repeated. It is not what
// people or integrators are shown.
func Marshal(e *Error) ([]byte, error) {
	return json.Marshal(record{e.Kind, e.Code, e.Move, e.Field, e.Retry, e.zh, e.en, e.args})
}

// Unmarshal returns the fault that Marshal kept: it matches the declared one
// and says the same.
func Unmarshal(b []byte) (*Error, error) {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("fault: read a kept fault: %w", err)
	}
	return &Error{Kind: r.Kind, Code: r.Code, Move: r.Move, Field: r.Field, Retry: r.Retry, zh: r.Zh, en: r.En, args: r.Args}, nil
}
