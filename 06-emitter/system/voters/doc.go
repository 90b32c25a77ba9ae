// Package voters follows Sentinels one by one: what each says of the servers that it watches, and what each tells while it and
// the others make another server the master. Package sentinel of chapter 02 makes one view of all, for whoever wants to know
// where the master is; this one is for whoever wants to see how they come to agree.
//
// Read it in this order:
//
//   - says.go: Says is what one Sentinel answers, and how its answers are read.
//   - news.go: an Event is what a Sentinel publishes, and Words makes a sentence of it.
//   - follow.go: Follow asks one Sentinel again and again, and hears its events.
//
// # The goroutines
//
// Follow runs on its caller's goroutine until its context ends. It may block on its Sentinel, for a second at most; below it,
// go-redis has one that reads the subscription.
package voters
