package model

// Costs are of one machine. Times are seconds of one core.
type Costs struct {
	Awake float64 // a second of a node that has something to do now and then: timers, probes, Go's monitor thread
	Say   float64 // a message of a client of the node: read, published, heard, and answered
	Heard float64 // a message that the node hears, and that is not from there; most of it is waking up
	Write float64 // a delivery: the system call, when messages come alone

	Publish float64 // a message at the master, in bursts
	Copy    float64 // each replica's copy of it there
	Take    float64 // a message at a replica, and handing it to a node

	Connection float64 // bytes of a node for a connection that is idle
	Kernel     float64 // and of the kernel
}

// Measured are those of the machine of docs/performance.md.
//
// Write is the ceiling's cost in that page's table. Awake and Say are what makes the rows of light load and of rooms of 5 there come out. Heard makes
// the ratio in the lab's table: eight nodes that hear everything to eight on lanes. Publish, Copy and Take are from BenchmarkMasterFeedsReplicas,
// in batches of 100. Connection is from that page; Kernel is half of what it has for both ends.
var Measured = Costs{
	Awake: 0.015, Say: 165e-6, Heard: 12e-6, Write: 5.43e-6,
	Publish: 1.8e-6, Copy: 0.6e-6, Take: 2.6e-6,
	Connection: 7.4 * 1024, Kernel: 4.8 * 1024,
}
