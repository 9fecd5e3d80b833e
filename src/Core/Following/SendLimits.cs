namespace Replication.Core.Following;

/// <summary>How often an upstream says something, how long it listens, and how much it says at once.</summary>
/// <param name="Heartbeat">A heartbeat is sent at least so often.</param>
/// <param name="Silence">A session that acknowledged nothing for so long is ended.</param>
/// <param name="MessageBytes">Bytes of frames in one message; at most <see cref="StreamFrames.MaxBytes"/>.</param>
public readonly record struct SendLimits(TimeSpan Heartbeat, TimeSpan Silence, int MessageBytes = StreamFrames.MaxBytes);
