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

// First are the rows that continuous integration runs.
func First() (rows []Row) {
	for _, row := range Rows() {
		if row.First {
			rows = append(rows, row)
		}
	}
	return rows
}

// Receivers is how many clients of each node listen.
const Receivers = 10
