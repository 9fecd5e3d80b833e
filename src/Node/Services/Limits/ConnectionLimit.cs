using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Replication.Node.Services.Limits;

/// <summary>Bounds the connections of a listener: one more is closed before anything is read from it, which is said in the log now and then. Thread-safe.</summary>
/// <param name="limit">Connections at the same time.</param>
/// <param name="address">Of the listener, for the log.</param>
/// <param name="time">For now and then.</param>
/// <param name="logger">For what happens.</param>
public sealed class ConnectionLimit(int limit, string address, TimeProvider time, ILogger logger)
{
    private const string LimitsOfThisProcess = "/proc/self/limits";
    private const string OpenFiles = "Max open files";

    /// <summary>Handles that are left to files and to everything else, or a quarter when there are few.</summary>
    private const int ReservedHandles = 1024;

    private static readonly TimeSpan BetweenReports = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private int _open;
    private long _refused;
    private long? _reported;

    /// <summary>
    /// What a node can serve on each of its two listeners: not more than was asked for, and not more than the process has handles for, because
    /// without a free one it could not open the next file of its log.
    /// </summary>
    /// <param name="wanted">Connections.</param>
    public static int WithinHandles(int wanted)
    {
        var handles = Handles();
        return Math.Max(1, Math.Min(wanted, (handles - Math.Min(ReservedHandles, handles / 4)) / 2));
    }

    /// <summary>Holds a listener to the limit.</summary>
    /// <param name="listener">That has not begun.</param>
    public void ApplyTo(ListenOptions listener) => ((IConnectionBuilder)listener).Use(next => connection => ServeAsync(connection, next));

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= limit)
            {
                await next(connection);
                return;
            }
            connection.Abort(new ConnectionAbortedException("There are too many connections."));
            Report();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private void Report()
    {
        lock (_gate)
        {
            _refused++;
            if (_reported is { } last && time.GetElapsedTime(last) < BetweenReports) return;
            _reported = time.GetTimestamp();
            NodeLog.ConnectionsRefused(logger, address, limit, _refused);
        }
    }

    private static int Handles()
    {
        if (!File.Exists(LimitsOfThisProcess)) return int.MaxValue;
        var line = File.ReadLines(LimitsOfThisProcess).FirstOrDefault(line => line.StartsWith(OpenFiles, StringComparison.Ordinal));
        return line is not null && int.TryParse(line[OpenFiles.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var handles) ? handles : int.MaxValue;
    }
}
