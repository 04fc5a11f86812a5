package dbtest

// Retake makes what the tables hold now what the snapshot holds.
func (s *Snapshot) Retake() {
	s.t.Helper()
	for _, table := range s.Changed() {
		s.exec("DELETE FROM kept." + table)
		s.exec("INSERT INTO kept." + table + " SELECT * FROM " + table)
	}
	s.held = s.now
}
