package console

import (
	"testing"

	"citywalk/web/ui"
)

func TestWordsAreThereInBothLanguages(t *testing.T) { ui.CheckWords(t, ".", Words()) }
