"""The calendar: calls with people of the company."""
