using Replication.Server.Commands;

namespace Replication.Server.Demo;

/// <summary>The demo cannot go on. The message says why and what to do.</summary>
internal sealed class DemoException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The exit code of the process.</summary>
    public int Code { get; init; } = ExitCode.Negative;
}
