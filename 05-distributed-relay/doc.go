// Package relay is chapter 05 of the workbook.
package relay
