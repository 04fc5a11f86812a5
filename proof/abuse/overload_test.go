package abuse

// overload is section J: who keeps others waiting, by what he sends or by how
// much, and what is not there when it is needed.
var overload = []Case{
	{ID: "J1", Says: "who sends a byte a second, or nothing at all, has a connection and nothing else, and loses that", real: slowClients,
		at: "web.TestASlotIsHeldForWorkOnly web.TestTheQuietMakeRoom web.TestOneAddressHasItsPart"},
	{ID: "J2", Says: "three times what can be done: paying goes before looking, the rest is told at once when to come back, and nothing is lost",
		at: "cmd/citywalk.TestOverloadLosesNothing web.TestTheUrgentGoFirst web.TestALoopDelaysItself web.TestARefusalIsQuickAndReadable"},
	{ID: "J3", Says: "a full disk refuses what would be kept and nothing else, and with room all goes on",
		at: "proof.TestFullDisk"},
	{ID: "J5", Says: "a database that is away is told of at once, nothing piles up, and it is back as soon as it is there",
		at: "proof.TestDatabaseGone db.TestOutages db.TestServerGone"},
	{ID: "J6", Says: "a node that is asked to end finishes what it has taken, and others do the rest once",
		at: "proof.TestStoppedNodeFinishes cmd/citywalk.TestServeRunsAndStops"},
}
