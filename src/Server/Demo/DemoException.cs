namespace Replication.Server.Demo;

/// <summary>The demo cannot go on. The message says why and what to do.</summary>
internal sealed class DemoException(string message, Exception? cause = null) : Exception(message, cause);
