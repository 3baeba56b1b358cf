"""What people and agents say to each other: chats, meetings, captions, questions with answers."""
