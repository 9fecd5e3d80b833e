namespace Replication.Core.Following;

/// <summary>How often an upstream says something, and how long it listens.</summary>
/// <param name="Heartbeat">A heartbeat is sent at least so often.</param>
/// <param name="Silence">A session that acknowledged nothing for so long is ended.</param>
public readonly record struct SendTimes(TimeSpan Heartbeat, TimeSpan Silence);
