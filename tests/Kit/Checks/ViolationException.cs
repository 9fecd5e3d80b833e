namespace Replication.Kit.Checks;

/// <summary>A promise was broken. Thrown where it is noticed; ends the run.</summary>
public sealed class ViolationException(string rule, string what) : Exception($"{rule}: {what}")
{
    /// <summary>Which promise, the same text for each way to break it: the shrinker goes by it.</summary>
    public string Rule => rule;
}
