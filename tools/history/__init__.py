"""The customer's earlier conversations, as Closeloop itself knows them."""
