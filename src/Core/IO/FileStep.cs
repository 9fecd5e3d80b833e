using System.Runtime.CompilerServices;

namespace Replication.Core.IO;

/// <summary>One file operation, from its construction until it is disposed, as <see cref="EngineEvents"/> tell of it.</summary>
internal readonly ref struct FileStep
{
    private readonly FileLabel _label;
    private readonly string _path;
    private readonly string _action;

    /// <param name="label">What it is for.</param>
    /// <param name="path">The file or directory.</param>
    /// <param name="action">What it does: by default the name of the method that does it.</param>
    public FileStep(FileLabel label, string path, [CallerMemberName] string action = "")
    {
        (_label, _path, _action) = (label, path, action);
        if (EngineEvents.Log.IsEnabled()) EngineEvents.Log.FileStepBegins(_label.ToString(), _action, _path);
    }

    public void Dispose()
    {
        if (EngineEvents.Log.IsEnabled()) EngineEvents.Log.FileStepEnded(_label.ToString(), _action, _path);
    }
}
