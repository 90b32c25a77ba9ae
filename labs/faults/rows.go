package faults

// Rows are all faults, in the order of the table.
func Rows() []Row {
	rows := []Row{
		replicaKilled, replicaFrozen, replicaFrozenUnprobed, linkCut, backlogOverflown, masterKilled, masterFrozen,
		demotedAlone, demoted, planned, nodeKilled, nodeTerminated, allRestarted, stale, loading,
	}
	rows = append(rows, linkRows()...)
	rows = append(rows, distant, lossy, clientsStalled, crowdReturns, wrongClock)
	return append(rows, watchedRows()...)
}

// Relays are our systems by the words of the flag -relay, in the order of the table, each with the rows that are put on it.
func Relays() []Relay {
	sentinel := func(row Row) bool { return row.Setting.sentinels }
	return []Relay{
		{"pubsub", Ours, func(row Row) bool { return !sentinel(row) }},
		{"sentinel", Ours, sentinel},
		{"streams", Streams, func(Row) bool { return true }},
	}
}

// Relay is one of our systems, and which rows are put on it.
type Relay struct {
	Name   string
	System func() (System, error)
	Has    func(Row) bool
}

// First are the rows that continuous integration runs, of one relay.
func First(relay string) (rows []Row) {
	for _, row := range Rows() {
		if row.First && relay != "streams" || row.FirstKept && relay == "streams" {
			rows = append(rows, row)
		}
	}
	return rows
}

// Receivers is how many clients of each node listen.
const Receivers = 10
