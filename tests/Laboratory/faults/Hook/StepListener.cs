using System.Diagnostics.Tracing;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Replication.NodeHook;

/// <summary>
/// Inside a node: listens to the steps that the engine tells of, and sends the node a signal at one of them, on the thread and at
/// the moment of that step.
/// </summary>
/// <remarks>
/// <c>REPLICATION_STEP=NAME NUMBER SIGNAL</c>, as in <c>Append/Sync/begins 3 9</c>: at the third such step SIGKILL.
/// <c>REPLICATION_STEPS_SEEN=FILE</c>: each name goes into the file when it is met for the first time.
/// </remarks>
internal sealed partial class StepListener : EventListener
{
    // Static, because the base class calls OnEventSourceCreated before fields of this one are set.
    private static readonly string[] Order = (Environment.GetEnvironmentVariable("REPLICATION_STEP") ?? "none 0 0").Split(' ');
    private static readonly string? SeenFile = Environment.GetEnvironmentVariable("REPLICATION_STEPS_SEEN");
    private static readonly int SignalNumber = int.Parse(Order[2], CultureInfo.InvariantCulture);
    private static readonly HashSet<string> Seen = new(StringComparer.Ordinal);
    private static int _left = int.Parse(Order[1], CultureInfo.InvariantCulture);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Replication-Engine") EnableEvents(eventSource, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        var name = eventData.EventName switch
        {
            "FileStepBegins" => $"{eventData.Payload![0]}/{eventData.Payload[1]}/begins",
            "FileStepEnded" => $"{eventData.Payload![0]}/{eventData.Payload[1]}/ended",
            "Showing" => "State/Show/begins",
            "Shown" => "State/Show/ended",
            _ => null,
        };
        if (name is null) return;
        if (SeenFile is not null) Remember(name);
        if (name == Order[0] && Interlocked.Decrement(ref _left) == 0 && Signal(Environment.ProcessId, SignalNumber) != 0) Environment.FailFast("The signal was not taken.");
    }

    private static void Remember(string name)
    {
        lock (Seen)
            if (Seen.Add(name))
                File.AppendAllLines(SeenFile!, [name]);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
