"""What a person does from a screen: the questions that are asked first, and the request that goes to the desk."""
