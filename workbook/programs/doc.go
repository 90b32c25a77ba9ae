// Package programs holds tests that start every program of the chapters and of the labs, as its users do, and look at
// what all of them promise alike: nothing that came from outside is obeyed by a terminal, and no refused value is shown
// with its secret. A program that is added has to be added here, too.
package programs
