namespace Replication.Laboratory.Network;

/// <summary>The same tests for longer: <c>LABORATORY_LONG=1</c>.</summary>
internal static class LongForm
{
    /// <summary>Whether it was asked for.</summary>
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("LABORATORY_LONG") == "1";

    /// <summary>One of two.</summary>
    public static T Or<T>(T inLongForm, T otherwise) => IsOn ? inLongForm : otherwise;
}
