using System.Globalization;

namespace Replication.Faults;

/// <summary>Has a node send itself a signal at a step, by a hook in its process.</summary>
internal static class Hooks
{
    public const int SigKill = 9;
    public const int SigStop = 19;

    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "Replication.NodeHook.dll");

    /// <summary>Variables for a node with the hook and no order.</summary>
    public static IReadOnlyDictionary<string, string> Plain { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_STARTUP_HOOKS"] = Assembly };

    /// <summary>Variables for a node that listens to its steps and only writes down which there were.</summary>
    /// <param name="seen">File for the names of the steps.</param>
    public static Dictionary<string, string> Listening(string seen) => new(Plain, StringComparer.Ordinal)
    {
        ["REPLICATION_STEPS_SEEN"] = seen,
    };

    /// <summary>Variables for a node that sends itself a signal.</summary>
    /// <param name="step">Purpose and action, as in <see cref="Processes.Steps"/>.</param>
    /// <param name="moment"><c>begins</c> or <c>ended</c>.</param>
    /// <param name="times">How often it comes there, the last time included.</param>
    /// <param name="signal">Which one.</param>
    /// <param name="seen">File for the names of the steps.</param>
    public static Dictionary<string, string> Signal(string step, string moment, int times, int signal, string seen) => new(Listening(seen), StringComparer.Ordinal)
    {
        ["REPLICATION_STEP"] = string.Create(CultureInfo.InvariantCulture, $"{step}/{moment} {times} {signal}"),
    };
}
