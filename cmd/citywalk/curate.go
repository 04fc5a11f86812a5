package main

// CurateCmd finds the shops that people genuinely love.
type CurateCmd struct {
	Fit   CurateFitCmd   `cmd:"" help:"Score a city's shops from notes in files, some of which may be bought."`
	City  CurateCityCmd  `cmd:"" help:"Score a city's shops now, from the notes in the database."`
	Train CurateTrainCmd `cmd:"" help:"Learn what notes say from notes that somebody judged: the embedded model, or one of the operator's own."`
}
