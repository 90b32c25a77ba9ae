// Package replication is chapter 02 of the workbook.
package replication
