namespace Replication.Simulation.Tests.World;

/// <summary>A promise was broken. Thrown where it is noticed; ends the run.</summary>
internal sealed class Violation(string rule, string what) : Exception($"{rule}: {what}")
{
    /// <summary>Which promise, the same text for each way to break it: the shrinker goes by it.</summary>
    public string Rule => rule;
}
