package atlas

import (
	"syscall"
	"unsafe"
)

// huge asks for large pages for a slice that nothing stands in yet. A search
// goes to places all over the memory, and with small pages waits as long for
// their addresses as for what is there. A refusal costs only time.
func huge[T any](s []T) []T {
	const page = 2 << 20
	b := raw(s)
	if len(b) < 4*page {
		return s
	}
	b = b[-uintptr(unsafe.Pointer(unsafe.SliceData(b)))&(page-1):]
	syscall.Madvise(b[:len(b)&^(page-1)], syscall.MADV_HUGEPAGE)
	return s
}
