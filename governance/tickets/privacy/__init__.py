"""Personal data of tickets: found and masked in free text, kept apart, shown only to who may."""
