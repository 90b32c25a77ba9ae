// Package emitter is chapter 06 of the workbook.
package emitter
