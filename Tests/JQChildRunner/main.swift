// The jq helper process for tests, without the rest of the program around it.
import JQFilter

JQChild.run()
