package payment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

var errJSON = errors.New("payment: answer is not the JSON it should be")

// strict decodes exactly one JSON object. encoding/json alone would take a
// member twice, in other case, or followed by more; where money is read, two
// readers must not see two things.
func strict(data []byte, v any) error {
	if err := members(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: %w", errJSON, err)
	}
	return nil
}

// members checks that data is one object whose members, at every depth, are
// in small ASCII letters and there once.
func members(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	var open []map[string]bool // The members seen of each open object; nil for an array.
	for name := false; ; {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("%w: %w", errJSON, err)
		}
		switch t {
		case json.Delim('{'):
			if len(open) == 0 && d.InputOffset() != int64(bytes.IndexByte(data, '{')+1) {
				return fmt.Errorf("%w: more than one value", errJSON)
			}
			open, name = append(open, map[string]bool{}), true
			continue
		case json.Delim('['):
			open, name = append(open, nil), false
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		default:
			if len(open) == 0 {
				return fmt.Errorf("%w: not an object", errJSON)
			}
			if seen := open[len(open)-1]; name {
				k := t.(string)
				if seen[k] || strings.Trim(k, "abcdefghijklmnopqrstuvwxyz_") != "" {
					return fmt.Errorf("%w: member %q", errJSON, k)
				}
				seen[k], name = true, false
				continue
			}
		}
		name = len(open) > 0 && open[len(open)-1] != nil
	}
}
