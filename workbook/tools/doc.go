// Package tools holds no code: this module pins the versions of the programs that
// the checks run. It stays out of go.work, so that what a checker needs never
// changes which versions the chapters are built with.
package tools
