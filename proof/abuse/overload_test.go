package abuse

// overload is section J: who keeps others waiting, by what he sends or by how
// much, and what is not there when it is needed.
var overload = []Case{
	{ID: "J1", Says: "who sends a byte a second, or nothing at all, has a connection and nothing else, and loses that", real: slowClients,
		at: "web.TestASlotIsHeldForWorkOnly web.TestTheQuietMakeRoom web.TestOneAddressHasItsPart"},
	{ID: "J2", Says: "three times what can be done: paying goes before looking, the rest is told at once when to come back, and nothing is lost",
		at: "cmd/citywalk.TestOverloadLosesNothing web.TestTheUrgentGoFirst web.TestALoopDelaysItself web.TestARefusalIsQuickAndReadable"},
}
