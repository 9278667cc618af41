-- When it was seen that a grant's session is over, and its client became due to be told: a grant can end long before its session does. What
-- ended before there was this column may be told a second time, which harms less than never.
ALTER TABLE grants ADD COLUMN told INTEGER;
