using System.Diagnostics.Tracing;

namespace Replication.Core.IO;

/// <summary>
/// Tells tools (<c>dotnet-trace</c>, an <see cref="EventListener"/>) of every step that the engine takes on its disk, before and behind
/// it, and of every state that it shows. Costs a look at a flag while nobody listens. Listeners run on the thread that takes the step.
/// </summary>
[EventSource(Name = "Replication-Engine")]
internal sealed class EngineEvents : EventSource
{
    public static readonly EngineEvents Log = new();

    private EngineEvents()
    {
    }

    /// <summary>A file operation begins.</summary>
    [Event(1, Level = EventLevel.Verbose, Message = "{0}: {1} of {2} begins")]
    public void FileStepBegins(string purpose, string action, string path) => WriteEvent(1, purpose, action, path);

    /// <summary>A file operation has ended, well or not.</summary>
    [Event(2, Level = EventLevel.Verbose, Message = "{0}: {1} of {2} has ended")]
    public void FileStepEnded(string purpose, string action, string path) => WriteEvent(2, purpose, action, path);

    /// <summary>A state is about to be shown to readers.</summary>
    [Event(3, Level = EventLevel.Verbose, Message = "About to show {0}")]
    public void Showing(long index)
    {
        if (IsEnabled()) WriteEvent(3, index);
    }

    /// <summary>A state is shown to readers.</summary>
    [Event(4, Level = EventLevel.Verbose, Message = "Shows {0}")]
    public void Shown(long index)
    {
        if (IsEnabled()) WriteEvent(4, index);
    }
}
