"""The CRM: who the customer is."""
